<?php
/*
 * Records what PHP itself makes of form fields: built.json (http_build_query) and parsed.json
 * (parse_str), which tests/protocol/test_forms_php.py holds our reading and writing to.
 *
 *     php tests/samples/php/record.php [SEED]
 *
 * The committed recordings are PHP 8.2, seed 1. To fuzz against a live PHP, record with another
 * seed, run the test, and put the committed files back with `git checkout tests/samples/php`.
 *
 * Left out, because we refuse where PHP goes on: texts that are not UTF-8, and more than 8
 * brackets. Raw NUL bytes too: parse_str stops there, a POST body does not.
 */

const NAMES = ['workflow_id', 'document_id', 'properties', 'auth', 'member_id', 'TITLE', 'x', 'y'];
const ODD_NAMES = ['a.b', 'a b', '007', '-3', '-0', '0', '12', '', 'ключ', 'a[b', 'a]b', '1.5', ' z', '_', '+5'];
const TEXTS = ['', '0', 'DEAL_1188', 'crm,catalog,bizproc', 'a+b & c=d', '100 %', '%41', '#1', '$result[c0][id]',
    'Bitrix\Crm\Integration\BizProc\Document\Quote', "two\nlines", "Счёт № 5 «Ромашка»", '😀', '~-_.*!\'()', '[x]', '<a href="#">'];
const MIXED_NAMES = ['a', 'b', 'a.b', 'a b', 'c'];
const MIXED_INDEXES = ['', '', '0', '1', '5', '07', '-1', '-5', 'k', 'k.l', ' ', ' k', 'ж', '-9223372036854775808', '9223372036854775808'];
const ADVERSARIAL = ['[', '[', ']', ']', '.', '+', '%', '&', '=', '%00', '%5B', '%5D', '%20', '%2E', '%0B', '%09', 'a', 'b',
    '0', '1', '07', '-1', '__Host-', '_.Host-', '__Secure-', 'ж', '%D0%B6', '%2', '[]', '[a]', '[0]'];

function one(array $choices): mixed { return $choices[mt_rand(0, count($choices) - 1)]; }

function scalar(): mixed
{
    return match (mt_rand(0, 9)) { 0 => null, 1 => true, 2 => false, 3 => mt_rand(-5, 99999), default => one(TEXTS) };
}

function tree(array $names, int $depth): array
{
    $made = [];
    $isList = $depth < 3 && mt_rand(0, 1);
    for ($left = mt_rand($depth === 3 ? 1 : 0, 5); $left > 0; $left--) {
        $value = $depth > 0 && mt_rand(0, 2) === 0 ? tree($names, $depth - 1) : scalar();
        if ($isList) { $made[] = $value; } else { $made[one($names)] = $value; }
    }
    return $made;
}

function mixed_query(): string
{
    $fields = [];
    for ($left = mt_rand(1, 8); $left > 0; $left--) {
        $key = one(MIXED_NAMES);
        for ($depth = mt_rand(0, 3); $depth > 0; $depth--) { $key .= '[' . one(MIXED_INDEXES) . ']'; }
        $fields[] = (mt_rand(0, 1) ? urlencode($key) : str_replace(' ', '+', $key)) . '=' . $left;
    }
    return implode('&', $fields);
}

function adversarial_query(): string
{
    $fields = [];
    for ($left = mt_rand(1, 4); $left > 0; $left--) {
        $key = '';
        for ($tokens = mt_rand(1, 8); $tokens > 0; $tokens--) { $key .= one(ADVERSARIAL); }
        $fields[] = $key . (mt_rand(0, 5) ? "=$left" : '');
    }
    return implode('&', $fields);
}

function parsed(callable $query, int $times): array
{
    $recorded = [];
    while (count($recorded) < $times) {
        $text = $query();
        if (!preg_match('//u', urldecode($text)) || isset($recorded[$text])) { continue; }
        parse_str($text, $values);
        $recorded[$text] = [$text, (object) $values];
    }
    return array_values($recorded);
}

function built(array $names, int $times): array
{
    $recorded = [];
    for (; $times > 0; $times--) {
        $values = tree($names, 3);
        $recorded[] = [(object) $values, http_build_query($values, '', '&', PHP_QUERY_RFC3986)];
    }
    return $recorded;
}

function save(string $name, array $recorded, int $flags = 0): void
{
    $flags |= JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR;
    $groups = [];
    foreach ($recorded as $group => $pairs) {
        $lines = array_map(fn ($pair) => '[' . json_encode($pair[0], $flags) . ',' . json_encode($pair[1], $flags) . ']', $pairs);
        $groups[] = json_encode($group) . ": [\n" . implode(",\n", $lines) . "\n]";
    }
    file_put_contents(__DIR__ . "/$name.json", "{\n" . implode(",\n", $groups) . "\n}\n");
}

mt_srand((int) ($argv[1] ?? 1));
save('built', ['like Bitrix24' => built(NAMES, 150), 'odd names' => built(ODD_NAMES, 150)]);
save('parsed', [
    'like Bitrix24' => parsed(fn () => http_build_query(tree(NAMES, 3)), 150),
    'odd names' => parsed(fn () => http_build_query(tree(ODD_NAMES, 3)), 150),
    'mixed keys' => parsed('mixed_query', 500),
    'adversarial' => parsed('adversarial_query', 1000),
], JSON_FORCE_OBJECT);
