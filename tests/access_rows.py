"""What every address answers to every role. A new address fails in test_access until it is here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from measures.actions.closing import close_reporting
from measures.actions.keeping import store_upload
from measures.actions.moderating import hide_comment, report_comment
from measures.actions.wishes import keep_ask, set_priority
from measures.choices import PriorityLevel
from measures.models import Ask, Measure, Owner, Priority, Round, StatusUpdate
from tests import comments, mailboxes
from tests.answers import reporters_link, token_of
from tests.cast import CAST, World
from tests.mails import GIVEN_UP, make_mail
from tests.make import make_invitation
from tests.reports import begun, confirmed, handed_in, published_file, scheduled
from tests.rounds import make_round

EVERYBODY = frozenset(CAST)
SIGNED_IN = EVERYBODY - {"anonymous"}
#: Who writes status for VK-01.
REPORTERS = frozenset({"reporter", "approver_author"})
#: Who wrote what tests.reports makes.
AUTHOR = frozenset({"reporter"})
#: No such page for whoever may not see it; who has not signed in is sent to do so.
REFUSED = 404
SIGN_IN = 302

Arguments = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One address: its arguments (or how to find them in the world), who is let in, and what those
    get. All others get 404, and whoever has not signed in is sent to the sign-in page."""

    arguments: Arguments | Callable[[World], Arguments] = field(default_factory=dict)
    allowed: frozenset[str] = EVERYBODY
    answer: int = 200
    method: str = "get"
    data: Arguments | Callable[[World], Arguments] = field(default_factory=dict)
    #: What who has not signed in gets; a form with long texts shows them again instead.
    signed_out: int = SIGN_IN
    #: What all others get.
    refused: int = REFUSED

    def found(self, world: World) -> tuple[Arguments, Arguments]:
        """Return the arguments and the data in this world."""
        arguments = self.arguments(world) if callable(self.arguments) else self.arguments
        return arguments, self.data(world) if callable(self.data) else self.data

    def expected(self, role: str) -> int:
        """Return the status that the role gets."""
        if role in self.allowed:
            return self.answer
        return self.signed_out if role == "anonymous" else self.refused


#: Open to everybody, read-only, without a cookie.
PUBLIC: dict[str, Row] = {
    "measures:front": Row(),
    "measures:about": Row(),
    "measures:measure_list": Row(),
    "measures:measure": Row({"ref": "VK-01"}),
    "measures:document": Row({"key": "veikart"}),
    "measures:organisation_list": Row(),
    "measures:organisation": Row({"key": "lmi"}),
    "measures:threads": Row(),
    "measures:correction_list": Row(),
    "measures:indicator_list": Row(),
    "measures:indicator": Row({"key": "eksport"}),
    "measures:missing": Row(),
    "measures:round": Row(lambda world: {"key": make_round(world).key}),
    "measures:comment_list": Row(),
    "measures:comment": Row(lambda world: {"pk": str(comments.said(world).pk)}),
    "measures:evidence_file": Row(lambda world: {"pk": str(published_file(world).pk)}),
}
#: For the platform and for search engines.
SITE: dict[str, Row] = {
    "livez": Row(),
    "readyz": Row(),
    # Without the token.
    "metrics": Row(answer=404),
    "robots": Row(),
    "sitemap": Row(),
    "sitemap_pages": Row(),
    "sitemap_measures": Row({"part": "1"}),
}
#: Who has a say in what the reporter wrote.
DECIDERS = frozenset({"approver", "approver_author"})


def decision(data: Arguments, find: Callable[[World], StatusUpdate] = handed_in) -> Row:
    """Return the row of an act of an approver, on the text as it is."""

    def seen(world: World) -> Arguments:
        update = StatusUpdate.objects.select_related("measure").latest("pk")
        given = {"version": update.version, "seen": update.measure.current_update_id}
        return data | {name: str(value) for name, value in given.items()}

    return Row(
        lambda world: {"pk": str(find(world).pk)}, DECIDERS, 302, "post", seen, signed_out=403
    )


#: The desk and what belongs to it.
DESK: dict[str, Row] = {
    "measures:desk": Row(allowed=SIGNED_IN),
    "measures:confirm": Row(
        allowed=REPORTERS,
        answer=302,
        method="post",
        data=lambda world: {"ett": f"VK-01:{world.measure.current_update_id}"},
    ),
    "measures:undo": Row(
        allowed=AUTHOR,
        answer=302,
        method="post",
        data=lambda world: {"melding": str(confirmed(world).pk)},
    ),
    "measures:report": Row({"ref": "VK-01"}, allowed=REPORTERS),
    "measures:save_report": Row({"ref": "VK-01"}, allowed=REPORTERS, method="post", signed_out=403),
    "measures:sent": Row(
        lambda world: {"pk": str(handed_in(world).pk)},
        allowed=REPORTERS | {"approver"},
    ),
    "measures:withdraw": Row(
        lambda world: {"pk": str(handed_in(world).pk)}, allowed=AUTHOR, answer=302, method="post"
    ),
    "measures:discard": Row(
        lambda world: {"pk": str(begun(world).pk)}, allowed=AUTHOR, answer=302, method="post"
    ),
}
DESK |= {
    "measures:approve": Row(lambda world: {"pk": str(handed_in(world).pk)}, DECIDERS),
    "measures:approve_publish": decision(data={}),
    "measures:approve_schedule": decision(data={"on": "17.5.2150", "clock": "9"}),
    "measures:approve_return": decision(data={"note": "Si hva som er gjort."}),
    "measures:approve_cancel": decision(data={}, find=scheduled),
}


def closed(world: World) -> Arguments:
    """End the reporting about the world's measure."""
    approver = world.people["approver"]
    close_reporting(world.measure, approver, "Avløst.", timezone.localdate())
    return {"ref": "VK-01"}


DESK |= {
    "measures:close": Row({"ref": "VK-01"}, DECIDERS),
    "measures:reopen": Row(
        closed, DECIDERS, 302, "post", {"reason": "Det var for tidlig."}, signed_out=403
    ),
}


def said(world: World) -> Arguments:
    """Find what the world's owner has said."""
    return {"pk": str(world.measure.updates.earliest("pk").pk)}


DESK |= {
    "measures:correct": Row(said, REPORTERS),
    "measures:save_correction": Row(said, REPORTERS, method="post", signed_out=403),
    "measures:desk_measure": Row({"ref": "VK-01"}, REPORTERS | DECIDERS | {"steward"}),
}
#: Who speaks for LMI.
VOICE = frozenset({"voice"})


def asked_by_lmi(world: World) -> Arguments:
    """Publish a question of LMI's."""
    return {"pk": str(comments.said(world).pk)}


def comment_begun(world: World) -> Arguments:
    """Begin a comment of LMI's."""
    return {"pk": str(comments.drafted(world).pk)}


def answer_sent(world: World) -> Arguments:
    """Hand in NFD's answer to a question of LMI's."""
    return {"pk": str(comments.answer_sent(world, comments.said(world)).pk)}


def hidden(world: World) -> Arguments:
    """Hide a question of LMI's."""
    comment = comments.said(world)
    return {"pk": str(hide_comment(comment, world.people["steward"], "Reklame.").pk)}


def told_of(world: World) -> Arguments:
    """Report a question of LMI's."""
    comment = comments.said(world)
    report_comment(comment, "Reklame.")
    return {"pk": str(comment.pk)}


def singled_out(world: World) -> Arguments:
    """Single VK-01 out on behalf of LMI."""
    voice, level = world.people["voice"], PriorityLevel.SELECTED
    set_priority(voice, world.lmi, "VK-01", level, timezone.localdate())
    return {"pk": str(Priority.objects.get().pk)}


def asked_for(world: World) -> Arguments:
    """Ask for something on behalf of LMI."""
    said = {"kind": "wish", "title": "Raskere svar", "summary": "", "measures": ""}
    keep_ask(world.people["voice"], world.lmi, said, timezone.localdate())
    return {"pk": str(Ask.objects.get().pk)}


#: Comments and answers: only LMI's voice speaks for LMI, only NFD answers, only stewards hide.
DESK |= {
    "measures:comment_new": Row({"ref": "VK-01"}, VOICE),
    "measures:comment_new_save": Row({"ref": "VK-01"}, VOICE, method="post", signed_out=403),
    "measures:comment_supplement": Row(asked_by_lmi, VOICE),
    "measures:comment_supplement_save": Row(asked_by_lmi, VOICE, method="post", signed_out=403),
    "measures:comment_withdraw": Row(asked_by_lmi, VOICE),
    "measures:comment_discard": Row(comment_begun, VOICE, 302, "post"),
    "measures:comment_take_back": Row(answer_sent, AUTHOR, 302, "post"),
    "measures:comment_answer": Row(asked_by_lmi, REPORTERS),
    "measures:comment_answer_save": Row(asked_by_lmi, REPORTERS, method="post", signed_out=403),
    "measures:comment_desk": Row(asked_by_lmi, VOICE | REPORTERS | {"steward"}),
    "measures:comment_approve": Row(answer_sent, DECIDERS),
    "measures:comment_publish": Row(
        answer_sent, DECIDERS, 302, "post", {"version": "1"}, signed_out=403
    ),
    "measures:comment_return": Row(
        answer_sent, DECIDERS, 302, "post", {"version": "1", "note": "Si når."}, signed_out=403
    ),
    # None of the cast approves for an organisation with a voice.
    "measures:comment_approval": Row({"key": "lmi"}, frozenset(), 302, "post"),
    "measures:comment_moderate": Row(asked_by_lmi, frozenset({"steward"})),
    "measures:comment_hide": Row(
        asked_by_lmi, frozenset({"steward"}), 302, "post", {"note": "Reklame."}, signed_out=403
    ),
    "measures:wish_list": Row(allowed=VOICE),
    "measures:priority_set": Row(
        {}, VOICE, 302, "post", {"measure": "VK-01", "level": "selected"}, signed_out=403
    ),
    "measures:priority_drop": Row(singled_out, VOICE, 302, "post"),
    "measures:ask_new": Row(allowed=VOICE),
    "measures:ask_change": Row(asked_for, VOICE),
    "measures:comment_show": Row(hidden, frozenset({"steward"}), 302, "post"),
    "measures:comment_keep": Row(told_of, frozenset({"steward"}), 302, "post"),
}
#: Open to everybody, with a form.
OPEN: dict[str, Row] = {"measures:comment_report": Row(asked_by_lmi)}
#: Following by e-mail: anybody may ask; whoever has a link opens one mailbox.
FOLLOWING: dict[str, Row] = {
    # A person's own: who is signed in as another is told so.
    "measures:answer": Row(
        lambda world: {"token": token_of(reporters_link(world))},
        AUTHOR,
        signed_out=200,
        refused=403,
    ),
    "measures:follow": Row(),
    "measures:follow_sent": Row(),
    "measures:follow_confirm": Row(lambda world: {"token": mailboxes.question()[1]}),
    "measures:mailbox": Row(mailboxes.opened),
    "measures:mailbox_unfollow": Row(mailboxes.followed, answer=302, method="post"),
    "measures:mailbox_export": Row(mailboxes.opened),
    "measures:mailbox_forget": Row(mailboxes.opened, method="post"),
    "measures:mailbox_stop": Row(mailboxes.opened),
    "measures:own_mailbox": Row(allowed=SIGNED_IN),
    "measures:organisation_mailbox": Row(
        {"key": "nfd"}, frozenset({"steward", "administrator", "operator"})
    ),
}
#: Signing in, one's own account, the organisation's people.
ACCOUNT: dict[str, Row] = {
    # Who has signed in goes on to the desk.
    **dict.fromkeys(("account_login", "account_signup"), Row({}, SIGNED_IN, 302, signed_out=200)),
    **dict.fromkeys(
        ("mfa_authenticate", "mfa_login_webauthn", "socialaccount_signup"), Row(answer=302)
    ),
    "account_logout": Row(allowed=SIGNED_IN),
    "account_inactive": Row(),
    "account_reset_password": Row(),
    "account_reset_password_done": Row(),
    "account_reset_password_from_key": Row({"uidb36": "1", "key": "x"}),
    "account_reset_password_from_key_done": Row(),
    "account_change_password": Row(allowed=SIGNED_IN),
    "account_reauthenticate": Row(allowed=SIGNED_IN),
    "account_set_password": Row({}, SIGNED_IN, 302),
    "mfa_index": Row(allowed=SIGNED_IN),
    "mfa_list_webauthn": Row(allowed=SIGNED_IN),
    "usersessions_list": Row(allowed=SIGNED_IN),
    "socialaccount_connections": Row(allowed=SIGNED_IN),
    # First one proves again who one is.
    **dict.fromkeys(
        (
            *("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"),
            *("mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
        ),
        Row({}, SIGNED_IN, 302),
    ),
    **dict.fromkeys(("mfa_edit_webauthn", "mfa_remove_webauthn"), Row({"pk": "1"}, SIGNED_IN, 302)),
    # Nobody here has them.
    **dict.fromkeys(
        ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"),
        Row({}, SIGNED_IN, 404),
    ),
    # No provider is configured.
    "ministry_login": Row(answer=404),
    "ministry_callback": Row(answer=404),
    "socialaccount_login_cancelled": Row(),
    "socialaccount_login_error": Row(answer=401),
}
#: Who lets people of NFD in and out, and who lets anybody in somewhere.
MANAGERS = frozenset({"steward", "administrator", "operator"})
MANAGES = MANAGERS | {"colleague"}


def reporter_of(world: World) -> Arguments:
    """Find the reporter at NFD."""
    return {"pk": str(world.people["reporter"].pk)}


def invited(world: World) -> Arguments:
    """Invite somebody to NFD."""
    return {"pk": str(make_invitation(world.nfd)[0].pk)}


ACCOUNT |= {
    "stakeholders:people": Row(allowed=MANAGES),
    "stakeholders:invite": Row(allowed=MANAGES, method="post"),
    "stakeholders:resend_invitation": Row(invited, MANAGERS, 302, "post"),
    "stakeholders:revoke_invitation": Row(invited, MANAGERS, 302, "post"),
    "stakeholders:end_membership": Row(
        lambda world: {"pk": str(world.people["reporter"].memberships.get().pk)},
        MANAGERS,
        302,
        "post",
    ),
    "stakeholders:person": Row(reporter_of, MANAGERS),
    "stakeholders:grant_role": Row(
        reporter_of, MANAGERS, 302, "post", data={"role": "nfd:approver"}
    ),
    "stakeholders:end_access": Row(
        lambda world: reporter_of(world) | {"key": "nfd"}, MANAGERS, 302, "post"
    ),
    "stakeholders:invitation": Row(lambda world: {"token": make_invitation(world.nfd)[1]}),
}
#: Keeping the register.
STEWARD = frozenset({"steward"})


def kept(model: type[Owner] | type[Measure], table: str) -> Callable[[World], Arguments]:
    """Return how to find a row of a table that the steward keeps."""
    return lambda world: {"table": table, "pk": str(model._default_manager.get().pk)}


def uploaded(world: World) -> Arguments:
    """Upload something as the steward."""
    return {"key": str(store_upload({"themes.csv": b"number"}, world.people["steward"]).key)}


def asked(world: World) -> Arguments:
    """Find a round, or open one."""
    return {"pk": str((Round.objects.first() or make_round(world)).pk)}


KEEPING: dict[str, Row] = {
    "measures:register": Row(allowed=STEWARD),
    "measures:register_table": Row({"table": "owners"}, STEWARD),
    "measures:register_row_new": Row({"table": "owners"}, STEWARD),
    "measures:register_row": Row(kept(Measure, "measures"), STEWARD),
    "measures:register_row_history": Row(kept(Measure, "measures"), STEWARD),
    "measures:register_row_remove": Row(kept(Owner, "owners"), STEWARD),
    "measures:register_upload": Row(allowed=STEWARD),
    "measures:register_upload_preview": Row(uploaded, STEWARD),
    "measures:register_upload_discard": Row(uploaded, STEWARD, 302, "post"),
    "measures:register_export_workbook": Row(allowed=STEWARD),
    "measures:register_export_archive": Row(allowed=STEWARD),
    "measures:register_template": Row({"document": "veikart"}, STEWARD),
    "measures:round_list": Row(allowed=STEWARD),
    "measures:round_new": Row(allowed=STEWARD),
    "measures:round_change": Row(asked, STEWARD),
}

#: Who sees to it that the mails leave.
OVERSEERS = frozenset({"steward", "operator"})
OPERATING: dict[str, Row] = {
    "measures:operations": Row(allowed=OVERSEERS),
    "measures:operations_retry": Row(
        lambda world: {"pk": str(make_mail(**GIVEN_UP).pk)}, OVERSEERS, 302, "post"
    ),
    "measures:operations_preview": Row(allowed=OVERSEERS),
    # For the mail server, with a token.
    "measures:mail_return": Row(answer=404, method="post"),
}

ROWS: dict[str, Row] = PUBLIC | SITE | OPEN | FOLLOWING | DESK | ACCOUNT | KEEPING | OPERATING

#: The same addresses with something that is not there.
MISSING: dict[str, Arguments] = {
    "measures:measure": {"ref": "XX-99"},
    "measures:document": {"key": "finnes-ikke"},
    "measures:organisation": {"key": "finnes-ikke"},
    "measures:indicator": {"key": "finnes-ikke"},
    "measures:evidence_file": {"pk": "999999"},
    "measures:round": {"key": "finnes-ikke"},
    "measures:comment": {"pk": "999999"},
}
