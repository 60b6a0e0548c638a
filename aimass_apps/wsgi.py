"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aimass_apps.settings")
application = get_wsgi_application()

# Every view and the rules of the desks are read now, not while the first person waits.
from django.urls import get_resolver  # noqa: E402 - both need the settings above

from aimass_apps.submissions.desk import all_desks  # noqa: E402

_ = get_resolver().url_patterns
for _desk in all_desks():
    _desk.warm_up()
