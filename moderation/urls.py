"""The moderation desk's pages."""

from django.urls import path

from moderation.pages import automatic, history, item, queue

app_name = "moderation"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("live/", queue.live_queue, name="live_queue"),
    path("next/", queue.next_item, name="next"),
    path("decided/", history.history, name="history"),
    path("automatic/", automatic.automatic, name="automatic"),
    path("automatic/work-out/", automatic.work_out, name="work_out_automatic"),
    path("posts/<uuid:public_id>/", item.item, name="item"),
    path("posts/<uuid:public_id>/take/", item.take, name="take"),
    path("posts/<uuid:public_id>/review/", item.review, name="review"),
    path("posts/<uuid:public_id>/reverse/", item.reverse_item, name="reverse"),
    path("posts/<uuid:public_id>/skip/", item.skip, name="skip"),
    path("posts/<uuid:public_id>/escalate/", item.escalate, name="escalate"),
    path("posts/<uuid:public_id>/undo/", item.undo, name="undo"),
    path("posts/<uuid:public_id>/lease/", item.lease, name="lease"),
]
