"""A second portal's local application has an id of its own, which Bitrix24 shows too late."""

from tests.programs import CLIENT_ID, CLIENT_SECRET, App, is_complete
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import until

FIRST_ID, FIRST_SECRET = "local.11111111111111.22222222", "the-first-portals-secret"


def test_an_install_is_done_once_its_id_was_added_even_if_its_access_token_has_died(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    own_app.environment["LINKROBOT_CLIENT_ID"] = FIRST_ID
    own_app.environment["LINKROBOT_CLIENT_SECRET"] = FIRST_SECRET
    answer = own_app.start().offer_to(fresh_portal)
    assert answer["status"] == 200
    assert not is_complete(fresh_portal)

    own_app.stop()
    fresh_portal.post("tokens/expire")
    own_app.environment["LINKROBOT_CLIENT_ID"] = f"{FIRST_ID}, {CLIENT_ID}"
    own_app.environment["LINKROBOT_CLIENT_SECRET"] = f"{FIRST_SECRET}, {CLIENT_SECRET}"
    own_app.start()

    until(lambda: is_complete(fresh_portal), what="the robots are registered")
    deal = fresh_portal.item()
    fresh_portal.document(deal)
    assert fresh_portal.run(enable(), item_id=deal)["succeeded"] == "Y"
