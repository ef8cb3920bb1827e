"""The states of popup and tab, each reached as a person reaches it, in an order in which one leads to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.axe.stage import Stage
from tests.data.archives import tweet
from tests.data.people import ADA, OWNER, STRANGER, crowd
from tests.e2e.steps import await_followed, await_matches, command, delete_all, give_app_password, go_home, row
from tests.e2e.test_lanes import BARE, DASHED, TWO
from tests.world.appview import Circle, appview
from tests.world.exchange import Ask
from tests.world.mastodons import HOME
from tests.world.residents import EXPORTED
from tests.world.sites import APPVIEW, DIRECTORY, PDS

NO_ONE = crowd(30, first=40_000)  # in no directory
SOON = 15.0  # seconds until a day begins: a busy machine still has to store it
State = Callable[[Stage], None]


def show_first_run(stage: Stage) -> None:
    expect(stage.page.get_by_test_id("drop-zone")).to_be_visible()
    stage.unfold()


def show_error(stage: Stage) -> None:
    file = stage.folder / "holiday.zip"
    file.write_bytes(b"\xff\xd8\xff\xe0 a picture" * 100)
    stage.read(file)
    expect(stage.page.get_by_test_id("error")).to_be_visible()


def show_no_one_found(stage: Stage) -> None:
    stage.read(stage.archive("no-one", following=NO_ONE, followers=[], tweets=[]))
    await_matches(stage.page, len(NO_ONE))
    expect(stage.page.get_by_test_id("none-found")).to_be_visible()
    stage.unfold()


def show_lanes(stage: Stage) -> None:
    stage.held.enter_context(stage.world.fault(APPVIEW, lambda site: appview(Circle([DASHED, BARE], friends=1))))
    tweets = [tweet(1, f"Bonjour @{TWO.screen_name}", mentions=[TWO])]
    stage.read(stage.archive("two", following=[TWO], followers=[], tweets=tweets))
    await_matches(stage.page, 1)
    stage.unfold()
    stage.page.get_by_test_id("search-one-field").fill("rosa")
    stage.page.get_by_test_id("search-one-ask").click()
    expect(stage.page.get_by_test_id("search-one-compare")).to_be_visible()


def show_review(stage: Stage) -> None:
    stage.page.get_by_test_id("search-one-compare").click()
    expect(stage.page.get_by_test_id("candidate")).to_have_count(2)


def show_working(stage: Stage) -> None:
    stage.hold(DIRECTORY)
    stage.read(stage.archive("held"))
    expect(stage.page.get_by_test_id("working")).to_be_visible()


def show_list(stage: Stage) -> None:
    stage.read(stage.archive("sample", exported=EXPORTED))
    expect(stage.page.get_by_test_id("why").first).to_be_visible()
    stage.page.get_by_test_id("why").first.click()
    row(stage.page, ADA.screen_name).get_by_test_id("reject").first.click()
    stage.unfold()


def show_another_archive(stage: Stage) -> None:
    stage.read(stage.archive("other", owner=STRANGER, following=crowd(3, first=30_000), followers=[], tweets=[]))
    expect(stage.page.get_by_test_id("other-archive")).to_be_visible()


def show_reading(stage: Stage) -> None:
    if stage.page.get_by_test_id("keep-archive").is_visible():
        stage.page.get_by_test_id("keep-archive").click()
    expect(stage.page.get_by_test_id("other-archive")).to_be_hidden()
    go_home(stage.page)
    expect(stage.page.get_by_test_id("read-following").first).to_be_attached()
    stage.unfold()
    with stage.browser.context.expect_page() as opened:
        stage.page.get_by_test_id("read-following").first.click()
    stage.held.callback(opened.value.close)
    stage.page.bring_to_front()
    expect(stage.page.get_by_test_id("reading-stop").first).to_be_visible()


def show_sign_in(stage: Stage) -> None:
    stage.unfold()
    if stage.page.get_by_test_id("reading-stop").first.is_visible():
        stage.page.get_by_test_id("reading-stop").first.click()
    stage.go("sign-in")
    stage.page.get_by_test_id("sign-in-bluesky").check()
    expect(stage.page.get_by_test_id("bluesky-form")).to_be_visible()


def show_sign_in_with_an_error(stage: Stage) -> None:
    stage.go("sign-in")
    stage.page.get_by_test_id("use-app-password").click()
    stage.page.get_by_test_id("sign-in-handle").fill("ada@example.org")
    stage.page.get_by_test_id("sign-in-password").fill("my main password")
    stage.page.get_by_test_id("sign-in-submit").click()
    expect(stage.page.get_by_test_id("error")).to_be_visible()


def show_sign_in_to_mastodon(stage: Stage) -> None:
    stage.go("sign-in")
    stage.page.get_by_test_id("sign-in-fediverse").check()
    stage.page.get_by_test_id("mastodon-server").fill(HOME)
    with stage.browser.context.expect_page() as opened:
        stage.page.get_by_test_id("mastodon-code").click()
    opened.value.close()
    expect(stage.page.get_by_test_id("mastodon-code-field")).to_be_visible()


def show_settings(stage: Stage) -> None:
    if stage.page.get_by_test_id("withdraw-no").is_visible():
        stage.page.get_by_test_id("withdraw-no").click()
    stage.go("settings")
    expect(stage.page.get_by_test_id("badges-switch")).to_be_visible()
    stage.unfold()


def show_question_of_restoring(stage: Stage) -> None:
    stage.go("settings")
    with stage.page.expect_download() as download:
        stage.page.get_by_test_id("backup-save").click()
    file = stage.folder / "copy.json"
    download.value.save_as(file)
    stage.page.get_by_test_id("backup-input").set_input_files(file)
    expect(stage.page.get_by_test_id("backup-question")).to_be_visible()


def show_restored(stage: Stage) -> None:
    stage.page.get_by_test_id("backup-yes").click()
    expect(stage.page.get_by_test_id("backup-restored")).to_be_visible()


def show_restoring_with_an_error(stage: Stage) -> None:
    stage.go("settings")
    file = stage.folder / "no-copy.json"
    file.write_text("[]")
    stage.page.get_by_test_id("backup-input").set_input_files(file)
    expect(stage.page.get_by_test_id("backup").get_by_test_id("error")).to_be_visible()


def show_date_form(stage: Stage) -> None:
    stage.go("date")
    expect(stage.page.get_by_test_id("date-form")).to_be_visible()


def show_date_form_with_an_error(stage: Stage) -> None:
    stage.page.get_by_test_id("date-input").fill("2001-01-01")
    stage.page.get_by_test_id("date-approve").click()
    expect(stage.page.get_by_test_id("error")).to_be_visible()


def show_date(stage: Stage) -> None:
    stage.page.get_by_test_id("date-input").fill((datetime.now(UTC) + timedelta(days=30)).date().isoformat())
    stage.page.get_by_test_id("date-approve").click()
    expect(stage.page.get_by_test_id("date-waiting")).to_be_visible()


def show_date_at_home(stage: Stage) -> None:
    go_home(stage.page)
    stage.unfold()
    expect(stage.page.get_by_test_id("open-date").first).to_be_visible()


def show_question_of_no_date(stage: Stage) -> None:
    stage.go("date")
    stage.page.get_by_test_id("date-withdraw").click()
    expect(stage.page.get_by_test_id("withdraw-question")).to_be_visible()


def show_receipt(stage: Stage) -> None:
    """Show it on a day that has come: the form takes later days only, but somewhere on Earth it begins soon."""
    if stage.page.get_by_test_id("undo-all-no").is_visible():
        stage.page.get_by_test_id("undo-all-no").click()
    opens_at = datetime.now(UTC) + timedelta(seconds=SOON)
    day = (opens_at + timedelta(hours=12)).date().isoformat()
    known = {"signed_in": ["bluesky"], "notifies": False, "badges": False}
    stamp = opens_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    command(stage.page, "date.set", day=day, opens_at=stamp, campaign_id=None, known=known)
    stage.page.wait_for_function("(opens) => Date.now() > opens", arg=opens_at.timestamp() * 1000)
    stage.page.reload()
    stage.go("date")
    stage.page.get_by_test_id("date-begin").click()
    expect(stage.page.get_by_test_id("receipt-line").first).to_be_visible()


def show_question_of_deleting(stage: Stage) -> None:
    stage.go("settings")
    stage.page.get_by_test_id("delete-all").click()
    expect(stage.page.get_by_test_id("delete-question")).to_be_visible()


def show_signed_in(stage: Stage) -> None:
    if stage.page.get_by_test_id("delete-no").is_visible():
        stage.page.get_by_test_id("delete-no").click()
    stage.go("sign-in")
    stage.page.get_by_test_id("sign-in-bluesky").check()
    give_app_password(stage.page, stage.person)
    expect(stage.page.get_by_test_id("follow-all")).to_be_enabled()


def show_following(stage: Stage) -> None:
    go_home(stage.page)
    stage.hold(PDS, _writes)
    stage.page.get_by_test_id("follow-all").click()
    expect(stage.page.get_by_test_id("follow-progress")).to_be_visible()


def _writes(ask: Ask) -> bool:
    return ask.method == "POST" and ask.path.startswith("/xrpc/com.atproto.repo.")


def show_question_of_cancelling(stage: Stage) -> None:
    await_followed(stage.page)
    row(stage.page, ADA.screen_name).get_by_test_id("undo-reject").first.click()
    row(stage.page, ADA.screen_name).get_by_test_id("choose").first.check()
    show_following(stage)
    stage.page.get_by_test_id("pause").click()
    expect(stage.page.get_by_test_id("resume")).to_be_visible()
    stage.page.get_by_test_id("cancel").press("Enter")
    expect(stage.page.get_by_test_id("cancel-question")).to_be_visible()


def show_followed(stage: Stage) -> None:
    if stage.page.get_by_test_id("cancel-no").is_visible():
        stage.page.get_by_test_id("cancel-no").click()
    if stage.page.get_by_test_id("resume").is_visible():
        stage.page.get_by_test_id("resume").click()
    await_followed(stage.page)


def show_history(stage: Stage) -> None:
    stage.go("history")
    expect(stage.page.get_by_test_id("history-line").first).to_be_visible()


def show_question_of_undoing(stage: Stage) -> None:
    stage.go("history")
    stage.page.get_by_test_id("undo-all-ask").click()
    expect(stage.page.get_by_test_id("undo-all-yes")).to_be_visible()


def show_charts(stage: Stage) -> None:
    stage.go("where")
    expect(stage.page.get_by_test_id("where")).to_have_attribute("data-counted", "true")
    stage.unfold()


def show_leaving_x(stage: Stage) -> None:
    stage.go("leave")
    stage.page.get_by_test_id("leave-handle").fill("ada.bsky.social")
    expect(stage.page.get_by_test_id("leave-bio").first).to_be_visible()


def show_join_form(stage: Stage) -> None:
    if stage.page.get_by_test_id("undo-all-no").is_visible():
        stage.page.get_by_test_id("undo-all-no").click()
    stage.go("join")
    expect(stage.page.get_by_test_id("join-name")).to_have_text(f"@{OWNER.screen_name}")
    stage.unfold()


def show_post(stage: Stage) -> None:
    stage.go("exit")
    expect(stage.page.get_by_test_id("picture")).to_be_visible()
    stage.page.get_by_test_id("post-text").first.fill("a" * 600)  # too long, which the page then says


def show_invitation(stage: Stage) -> None:
    stage.go("invite")
    expect(stage.page.get_by_test_id("invite-person").first).to_be_visible()


def show_joined(stage: Stage) -> None:
    stage.go("join")
    with stage.browser.context.expect_page() as opened:
        stage.page.get_by_test_id("join-start").click()
    opened.value.close()
    stage.page.bring_to_front()
    expect(stage.page.get_by_test_id("standing-claim")).to_have_attribute("data-status", "made")
    stage.unfold()


def show_question_of_withdrawing(stage: Stage) -> None:
    stage.go("join")
    stage.page.get_by_test_id("join-withdraw-claim").click()
    expect(stage.page.get_by_test_id("withdraw-claim-question")).to_be_visible()


def show_withdrawn(stage: Stage) -> None:
    stage.page.get_by_test_id("withdraw-claim-yes").click()
    expect(stage.page.get_by_test_id("standing-claim")).to_have_attribute("data-status", "withdrawn")


def show_deleted(stage: Stage) -> None:
    go_home(stage.page)
    delete_all(stage.page)


STATES: Mapping[str, State] = {
    "first run": show_first_run,
    "error": show_error,
    "no one found": show_no_one_found,
    "lanes": show_lanes,
    "review": show_review,
    "working": show_working,
    "list": show_list,
    "archive of another account": show_another_archive,
    "reading a list": show_reading,
    "sign-in": show_sign_in,
    "sign-in with an error": show_sign_in_with_an_error,
    "sign-in to mastodon": show_sign_in_to_mastodon,
    "date form": show_date_form,
    "date form with an error": show_date_form_with_an_error,
    "date": show_date,
    "date at home": show_date_at_home,
    "question of no date": show_question_of_no_date,
    "settings": show_settings,
    "question of restoring": show_question_of_restoring,
    "restored": show_restored,
    "restoring with an error": show_restoring_with_an_error,
    "question of deleting": show_question_of_deleting,
    "signed in": show_signed_in,
    "following": show_following,
    "question of cancelling": show_question_of_cancelling,
    "followed": show_followed,
    "history": show_history,
    "question of undoing": show_question_of_undoing,
    "receipt": show_receipt,
    "charts": show_charts,
    "leaving x": show_leaving_x,
    "join form": show_join_form,
    "post": show_post,
    "invitation": show_invitation,
    "joined": show_joined,
    "question of withdrawing": show_question_of_withdrawing,
    "withdrawn": show_withdrawn,
    "deleted": show_deleted,
}
