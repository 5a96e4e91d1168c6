"""Use cases of events: sessions, participations, footprints, live totals, boards, imports, the demonstration."""

import offsetting
from accounts import Conflict, Forbidden, NotFound, TooMany, Unauthenticated
from calculations.model import FieldError, InputError
from events.ambassadors import (
    Ambassador,
    AmbassadorCertificate,
    ambassador,
    ambassador_certificate,
    came_by_link,
    find_ambassador,
    needed_at,
    set_ambassadors,
)
from events.audits import audit
from events.board_names import BoardName, board_marks, moderate_name
from events.boards import board_among, leaderboard, rank_of_certificate
from events.boundary import (
    BoundaryView,
    RecomputedAll,
    boundary_view,
    preview_boundary,
    recompute_all,
    set_boundary,
)
from events.bringing_in import (
    bad_rows_csv,
    bring_in,
    choose_sheet,
    forget_file,
    imports_of,
    look_at,
    receive_file,
    start_import,
    start_undo,
    sweep_files,
    undo_import,
)
from events.bringing_in_command import import_path
from events.bringing_in_going import Going, cancel_import, going_of
from events.bringing_in_model import Brought, ImportCard, Looked
from events.bringing_in_run import run_imports
from events.catalogue import create_event, event_by_id, find_events, get_event, scenarios, suggest_places
from events.codes import (
    CHANNELS,
    ChannelBoard,
    ChannelFigures,
    ChannelRow,
    Code,
    channel_board,
    default_code,
    default_link,
    find_code,
    fold_typed,
    get_code,
    list_codes,
    make_code,
    registered_names,
    rename_code,
    revoke_code,
    scan,
    scanned_at,
)
from events.demo import seed_demo
from events.estimates import answered_by, expected_companies, set_expected, told_of, whole_estimate
from events.expected_lines import as_lines, company_lines, region_lines, region_names
from events.flight_methods import FlightMethodView, flight_method_view, set_flight_method
from events.footprints import current_footprint, preview_footprint, save_footprint, save_inventory
from events.forum_doors import DOORS, forum_doors
from events.health import gauges, live_versions, readiness
from events.hub import HUB
from events.imports import ImportReport, import_attendance
from events.inventory import (
    InventoryChoice,
    InventoryLine,
    InventoryView,
    activities,
    inventory_choices,
    inventory_view,
)
from events.live import fold, fold_due, live_version, snapshot
from events.memberships import Membership, company_of_guest, invited_by, join_company, leave_company
from events.memoranda import (
    Memoranda,
    Memorandum,
    MemorandumDraft,
    drop_memorandum,
    memoranda,
    memorandum_file,
    publish_memorandum,
    save_memorandum,
)
from events.methods import check_method
from events.model import (
    Board,
    BoardRow,
    Event,
    EventCard,
    EventDraft,
    FootprintView,
    Page,
    Participation,
    Session,
    SessionDraft,
    Started,
    line_json,
    place_json,
)
from events.organiser import OrganiserView, organiser_view
from events.participations import delete_participation, guest, set_display, start_participation
from events.pledges import (
    Change,
    Pledge,
    PledgeDraft,
    PledgeWall,
    move_pledge,
    new_pledger,
    pledge_board,
    pledge_wall,
    preview_pledge,
    save_pledge,
    set_pledge_state,
    sign_pledge,
    signer_of,
    take_pledge_back,
)
from events.pseudonyms import spoken
from events.recompute import Move, Recomputed, recompute_under
from events.screen_state import LAYOUTS, ScreenState
from events.screens import (
    Screen,
    control_screen,
    get_screen,
    identify_screens,
    list_screens,
    rename_screen,
    revoke_screen,
    screen_by_token,
    screen_event,
    screen_id_of,
    screen_token,
)
from events.setup import drafts, editions, save_step, setup_view, start_setup
from events.setup_copy import copy_event
from events.setup_credits import credit_requests, decline_credits, grant_credits
from events.setup_fields import amount
from events.setup_look import (
    contrasts,
    drop_logo,
    event_logo,
    fitting,
    logo_file,
    look_css,
    look_href,
    set_logo,
    words_on,
)
from events.setup_model import (
    JURISDICTIONS,
    PAYERS,
    STEPS,
    WHO,
    CreditRequest,
    Gap,
    Logo,
    OfferChoice,
    SetupView,
)
from events.setup_place import place_at
from events.setup_turns import JOB as TURN_JOB
from events.setup_turns import deliver as deliver_turn
from events.setup_zones import proposed_zone, zone_names
from events.special_fund import FundDraft, FundView, fund_file, save_fund, special_fund
from events.spots import (
    REACHES_KM,
    Seen,
    great_towns,
    seen_around,
    seen_beyond,
    seen_from,
    spot_text,
    town_of,
)
from events.states import change_state, require_state
from events.thanks import (
    Sponsor,
    SponsorDraft,
    ThankedCompany,
    Thanks,
    consents,
    drop_sponsor,
    move_sponsor,
    save_sponsor,
    set_company_consent,
    sponsor_logo,
    thanks,
)
from events.totals import Totals, totals
from events.wall import Picture, Thanked, WallParts, wall_parts
from events.what_if import (
    HubsView,
    VenuesView,
    WhatIfView,
    best_cities,
    best_hub_set,
    places_of,
    try_changes,
    without_venues,
)
from events.what_if_url import changes_from_url, changes_to_url
from events.yardsticks import models_beside, spread_beside, year_norms

__all__ = [
    "CHANNELS", "DOORS", "HUB", "JURISDICTIONS", "LAYOUTS", "PAYERS", "REACHES_KM", "STEPS", "WHO", "Ambassador",
    "AmbassadorCertificate", "Board", "BoardName", "BoardRow", "BoundaryView", "Brought", "Change", "ChannelBoard",
    "ChannelFigures", "ChannelRow", "Code", "Conflict", "CreditRequest", "Event", "EventCard", "EventDraft",
    "FieldError", "FlightMethodView", "FootprintView", "Forbidden", "FundDraft", "FundView", "Gap", "Going", "HubsView",
    "ImportCard", "ImportReport", "InputError", "InventoryChoice", "InventoryLine", "InventoryView", "Logo", "Looked",
    "Membership", "Memoranda", "Memorandum", "MemorandumDraft", "Move", "NotFound", "OfferChoice",
    "OrganiserView", "Page", "Participation", "Picture", "Pledge", "PledgeDraft", "PledgeWall", "Recomputed",
    "RecomputedAll",
    "Screen", "ScreenState", "Seen", "Session", "SessionDraft", "SetupView", "Sponsor", "SponsorDraft", "Started",
    "Thanked", "ThankedCompany", "Thanks", "TooMany", "Totals", "Unauthenticated", "VenuesView", "WallParts",
    "WhatIfView", "activities",
    "ambassador", "ambassador_certificate", "amount", "answered_by", "as_lines", "audit", "bad_rows_csv", "best_cities",
    "best_hub_set", "board_among",
    "board_marks", "boundary_view", "bring_in", "came_by_link", "cancel_import", "change_state",
    "changes_from_url", "changes_to_url",
    "channel_board", "check_method", "choose_sheet", "company_lines", "company_of_guest", "consents",
    "contrasts", "control_screen", "copy_event",
    "create_event", "credit_requests", "current_footprint", "decline_credits", "default_code", "default_link",
    "delete_participation", "drafts", "drop_logo", "drop_memorandum", "drop_sponsor", "editions", "event_by_id",
    "event_logo", "expected_companies", "find_ambassador", "find_code",
    "find_events", "fitting", "flight_method_view", "fold",
    "fold_due", "fold_typed", "forget_file", "forum_doors", "fund_file", "gauges", "get_code", "get_event",
    "get_screen", "going_of", "grant_credits", "great_towns", "guest", "identify_screens", "import_attendance",
    "import_path", "imports_of",
    "inventory_choices", "inventory_view", "invited_by", "join_company", "leaderboard", "leave_company", "line_json",
    "list_codes", "list_screens", "live_version", "live_versions", "logo_file", "look_at", "look_css", "look_href",
    "make_code", "memoranda", "memorandum_file", "models_beside", "moderate_name", "move_pledge",
    "move_sponsor", "needed_at", "new_pledger",
    "organiser_view", "place_at", "place_json", "places_of", "pledge_board", "pledge_wall", "preview_boundary",
    "preview_footprint", "preview_pledge", "proposed_zone", "publish_memorandum", "rank_of_certificate", "readiness",
    "receive_file", "recompute_all", "recompute_under", "region_lines", "region_names", "registered_names",
    "rename_code", "rename_screen",
    "require_state", "revoke_code", "revoke_screen", "run_imports", "save_footprint", "save_fund", "save_inventory",
    "save_memorandum", "save_pledge", "save_sponsor", "save_step", "scan", "scanned_at", "scenarios",
    "screen_by_token", "screen_event", "screen_id_of", "screen_token", "seed_demo", "seen_around", "seen_beyond",
    "seen_from", "set_ambassadors", "set_boundary",
    "set_company_consent", "set_display", "set_expected", "set_flight_method", "set_logo", "set_pledge_state",
    "setup_view", "sign_pledge", "signer_of", "snapshot", "special_fund", "spoken", "sponsor_logo", "spot_text",
    "spread_beside",
    "start_import", "start_participation", "start_setup", "start_undo", "suggest_places", "sweep_files",
    "take_pledge_back", "thanks", "told_of", "totals", "town_of", "try_changes",
    "undo_import", "wall_parts", "whole_estimate",
    "without_venues", "words_on", "year_norms", "zone_names",
]  # fmt: skip

offsetting.on_job(TURN_JOB, deliver_turn)
