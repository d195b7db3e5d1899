"""Methods that every app may call: who am I, what is there."""

from typing import Any

from sandbox.errors import RestError
from sandbox.rest.caller import Caller
from sandbox.rest.clock import iso
from sandbox.rest.method import Method, Parameters

_SYSTEM = "api-reference/common/system/"
# Keys of feature.get that its page names.
_FEATURES = frozenset({"rest_offline_extended", "rest_auth_connector"})
_ALL_SCOPES = ("bizproc", "crm", "im", "user", "user_basic", "user_brief")


async def app_info(caller: Caller, parameters: Parameters) -> Any:
    """Of a webhook only scope and licence, as b24pysdk's AppInfoWebhook has it."""
    settings = caller.portal.settings
    if caller.app is None:
        return {"SCOPE": sorted(caller.scope), "LICENSE": settings.license}
    kind = settings.license.partition("_")[2]
    return {
        "ID": 1,
        "CODE": caller.app.client_id,
        "VERSION": caller.app.version,
        "STATUS": caller.app.status,
        "INSTALLED": caller.app.installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": settings.language,
        "LICENSE": settings.license,
        "LICENSE_TYPE": kind,
        "LICENSE_FAMILY": kind.rstrip("0123456789"),
    }


async def server_time(caller: Caller, parameters: Parameters) -> Any:
    return iso(caller.portal.clock.now())


async def profile(caller: Caller, parameters: Parameters) -> Any:
    user = caller.user
    return {
        "ID": str(user.id),
        "ADMIN": user.admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
    }


async def user_current(caller: Caller, parameters: Parameters) -> Any:
    """Only fields that all three user scopes show."""
    user = caller.user
    return {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "IS_ONLINE": "Y",
        "PERSONAL_GENDER": "",
        "WORK_POSITION": "",
    }


async def user_admin(caller: Caller, parameters: Parameters) -> Any:
    return caller.user.admin


async def scope(caller: Caller, parameters: Parameters) -> Any:
    if parameters.get("full"):
        return list(_ALL_SCOPES)
    return sorted(caller.scope)


async def feature_get(caller: Caller, parameters: Parameters) -> Any:
    code = parameters.get("CODE")
    if not code:
        raise RestError("CODE_EMPTY", "CODE can't be empty")
    if code not in _FEATURES:
        raise RestError(
            "SANDBOX_UNKNOWN_VALUE",
            f"feature.get names no {code}: read https://apidocs.bitrix24.com/{_SYSTEM}feature-get.html",
        )
    return {"value": "Y" if caller.portal.settings.features.get(str(code)) else "N"}


METHODS = (
    Method(name="app.info", page=_SYSTEM + "app-info.html", run=app_info),
    Method(name="server.time", page=_SYSTEM + "server-time.html", run=server_time),
    Method(name="profile", page="api-reference/common/users/profile.html", run=profile),
    Method(name="user.admin", page="api-reference/common/users/user-admin.html", run=user_admin),
    Method(
        name="user.current",
        page="api-reference/user/user-current.html",
        run=user_current,
        scope=frozenset({"user", "user_basic", "user_brief"}),
    ),
    Method(
        name="scope",
        page=_SYSTEM + "scope.html",
        run=scope,
        parameters=frozenset({"full"}),
    ),
    Method(
        name="feature.get",
        page=_SYSTEM + "feature-get.html",
        run=feature_get,
        parameters=frozenset({"CODE"}),
        any_case=True,
    ),
)
