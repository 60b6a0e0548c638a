"""Finds a post by its platform's own id, for a request for erasure."""

from collections.abc import Sequence

from django.db.models import Q

from aimass_apps.submissions.desk import CannotFind, Finder, Subject
from moderation.models import Post, WebhookReceipt


def find_post(external_id: str, platform: str | None) -> Subject:
    """All revisions of one platform's post, locked, with the receipts of the webhooks that brought them."""
    posts = Post.objects.filter(external_id=external_id).select_related("platform").order_by("pk")
    if platform is not None:
        posts = posts.filter(platform__name=platform)
    found = list(posts.select_for_update(of=("self",)))
    platforms = sorted({post.platform.name for post in found})
    if not found:
        raise CannotFind("No post has this external id" + (" on this platform." if platform is not None else "."))
    if len(platforms) > 1:
        raise CannotFind(f"Several platforms have a post with this external id: add --platform, one of {platforms}.")
    key = f"{found[0].platform.public_id} {external_id}"
    return Subject(key, [post.submission_id for post in found], [WebhookReceipt.objects.filter(_brought(found))])


def _brought(posts: Sequence[Post]) -> Q:
    """A receipt names the posts of its webhook, and keeps a hash of the body, which anyone could compute."""
    named = Q()
    for post in posts:
        named |= Q(answer__id=str(post.public_id)) | Q(answer__posts__contains=[{"id": str(post.public_id)}])
    return named & Q(platform=posts[0].platform_id)


FINDER = Finder(
    argument="post",
    metavar="EXTERNAL_ID",
    help="a post, by its platform's own id; all of its revisions go",
    find=find_post,
    within="platform",
    within_help="the platform's name, where several have a post of that id",
)
