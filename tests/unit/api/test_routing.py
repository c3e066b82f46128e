"""Which scorecards a conversation wants: by what is known of it, before it is heard."""

import pytest

from qa.api.actions import cards_for
from qa.records import Direction, Metadata
from qa.settings import Route, load_settings
from qa.testing import make_call, make_chat

CALL = make_call(
    metadata=Metadata(direction=Direction.OUTBOUND, queue="sales", project="acme", language="ru-RU")
)
CHAT = make_chat([("customer", "Hi."), ("agent", "Hello.")], metadata=Metadata(queue="support"))


def routed(conversation, *routes):
    return cards_for(conversation, load_settings(routes=routes, default_scorecards=("default",)))


@pytest.mark.parametrize(
    ("condition", "call", "chat"),
    [
        ({}, True, True),
        ({"channel": "call"}, True, False),
        ({"channel": "chat"}, False, True),
        ({"direction": "outbound"}, True, False),
        ({"queue": "support"}, False, True),
        ({"project": "acme"}, True, False),
        ({"language": "ru"}, True, False),
        ({"language": "RU-ru"}, True, False),
        ({"language": "r"}, False, False),
        ({"language": "ru-MD"}, False, False),
        ({"queue": "sales", "project": "other"}, False, False),
        ({"queue": "sales", "project": "acme", "channel": "call"}, True, False),
    ],
)
def test_a_route_fits_when_all_its_conditions_hold(condition, call, chat):
    route = Route(scorecards=("card",), **condition)
    assert routed(CALL, route) == (("card",) if call else ("default",))
    assert routed(CHAT, route) == (("card",) if chat else ("default",))


def test_several_cards_may_apply_each_once_in_the_order_of_the_routes():
    routes = (
        Route(scorecards=("sales", "manners"), queue="sales"),
        Route(scorecards=("chat",), channel="chat"),
        Route(scorecards=("manners", "russian"), language="ru"),
    )
    assert routed(CALL, *routes) == ("sales", "manners", "russian")


def test_without_routes_the_default_applies():
    assert routed(CALL) == ("default",)


def test_a_language_that_is_not_known_yet_fits_no_route_that_asks_for_one():
    assert routed(make_call(), Route(scorecards=("card",), language="en")) == ("default",)
