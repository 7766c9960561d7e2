"""What every address answers to every role. A new address fails in test_access until it is here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from measures.actions.keeping import store_upload
from measures.models import Measure, Owner
from tests.cast import CAST, World
from tests.reports import begun, confirmed, handed_in, published_file

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

    def found(self, world: World) -> tuple[Arguments, Arguments]:
        """Return the arguments and the data in this world."""
        arguments = self.arguments(world) if callable(self.arguments) else self.arguments
        return arguments, self.data(world) if callable(self.data) else self.data

    def expected(self, role: str) -> int:
        """Return the status that the role gets."""
        if role in self.allowed:
            return self.answer
        return self.signed_out if role == "anonymous" else REFUSED


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
    "measures:indicator_list": Row(),
    "measures:indicator": Row({"key": "eksport"}),
    "measures:evidence_file": Row(lambda world: {"pk": str(published_file(world).pk)}),
}
#: For the platform and for search engines.
SITE: dict[str, Row] = {
    "livez": Row(),
    "readyz": Row(),
    "robots": Row(),
    "sitemap": Row(),
    "sitemap_pages": Row(),
    "sitemap_measures": Row({"part": "1"}),
}
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
#: Signing in, one's own account, the organisation's people.
ACCOUNT: dict[str, Row] = {}
#: Keeping the register.
STEWARD = frozenset({"steward"})


def kept(model: type[Owner] | type[Measure], table: str) -> Callable[[World], Arguments]:
    """Return how to find a row of a table that the steward keeps."""
    return lambda world: {"table": table, "pk": str(model._default_manager.get().pk)}


def uploaded(world: World) -> Arguments:
    """Upload something as the steward."""
    return {"key": str(store_upload({"themes.csv": b"number"}, world.people["steward"]).key)}


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
}

ROWS: dict[str, Row] = PUBLIC | SITE | DESK | ACCOUNT | KEEPING

#: The same addresses with something that is not there.
MISSING: dict[str, Arguments] = {
    "measures:measure": {"ref": "XX-99"},
    "measures:document": {"key": "finnes-ikke"},
    "measures:organisation": {"key": "finnes-ikke"},
    "measures:indicator": {"key": "finnes-ikke"},
    "measures:evidence_file": {"pk": "999999"},
}
