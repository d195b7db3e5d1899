"""A link with an end needs an access that lasts until then; that is seen before it is public."""

import pytest

from tests.work.links_rig import Site

pytestmark = pytest.mark.anyio


async def test_without_an_access_that_renews_no_link_with_an_end_becomes_public(site: Site) -> None:
    site.function.auth.dead.add("refresh of access-1")
    await site.enable()

    async with site.at_work():
        await site.all_reported(1)

    assert site.told()[0]["error_code"] == "access_does_not_last"
    assert site.documents.public == set()
    assert await site.in_register() == []


async def test_one_renewal_proves_the_access_for_all_runs_that_follow(site: Site) -> None:
    async with site.at_work():
        for number in range(1, 4):
            await site.enable(document_id=str(number))
            await site.all_reported(number)

    assert len(site.function.auth.renewed) == 1


async def test_one_renewal_proves_the_access_for_all_runs_that_come_at_once(site: Site) -> None:
    for number in range(1, 31):
        await site.enable(document_id=str(number))

    async with site.at_work():
        await site.all_reported(30)

    assert len(site.function.auth.renewed) == 1
    assert len(await site.in_register()) == 30
