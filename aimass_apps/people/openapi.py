"""How the API's own description tells of platform keys."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by a hook of its base
    """`Authorization: Bearer amk_…`."""

    target_class = "aimass_apps.people.api_keys.ApiKeyAuthentication"
    name = "platformKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "amk_<prefix>_<secret>"}
