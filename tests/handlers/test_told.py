"""What a check found, as the page shows it: words of strangers stay words, addresses are links."""

from handlers.page.rendering import _environment as made
from robot.work.checks.message import Message, either

SHOWN = made("en").from_string("{{ message|told }}")


def test_values_of_strangers_are_no_markup() -> None:
    message = Message("Bitrix24 said: %(why)s").where(why="<script>100%</script>")

    assert SHOWN.render(message=message) == "Bitrix24 said: &lt;script&gt;100%&lt;/script&gt;"
    assert SHOWN.render(message=Message("<b> 100%")) == "&lt;b&gt; 100%"


def test_an_address_is_a_link_that_opens_in_bitrix24() -> None:
    message = Message("See %(page)s").where(page='https://acme.bitrix24.com/crm/"7/')

    shown = SHOWN.render(message=message)

    assert 'data-path href="https://acme.bitrix24.com/crm/&#34;7/"' in shown
    assert ">/crm/&#34;7/</a>" in shown


def test_the_page_has_its_own_words() -> None:
    message = either("`linkrobot robots sync`", page=Message("Press the button."))

    assert SHOWN.render(message=message) == "Press the button."
    assert SHOWN.render(message=Message("")) == ""
