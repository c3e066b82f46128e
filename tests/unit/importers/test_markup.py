"""HTML as people read it, however broken; and no text that takes more than its length."""

from html import escape
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.importers.markup import html_text
from qa.importers.quotes import without_quotes

READ = [
    ("tags go, blocks are lines", "<p>One <b>two</b></p><p>three</p>", "One two\n\nthree"),
    ("a smaller than is none", "<p>a < b and 3<4</p>", "a < b and 3<4"),
    ("a comment goes", "a<!-- <p>no</p> > -->b<!---->c", "abc"),
    ("of Outlook as well", "<!--[if mso]><p>no</p><![endif]-->yes<![endif]>", "yes"),
    ("one that nobody closed hides nothing", "a<!-- b <p>c</p>", "a b\nc"),
    ("scripts and styles go", "<style>p{}</style>a<script>if (1<2) '</p>'</script>b", "ab"),
    ("one that nobody closed goes whole", "a<script>b", "a"),
    ("a head that nobody closed", "<head><meta><body>a", "a"),
    ("a closed element hides nothing", "<svg/>a", "a"),
    ("more than a tag's end in quotes", "<a href=\"x>y\" title='>'>a</a>", "a"),
    ("a quote that nobody closed", "<p title=it's>a</p>", "a"),
    ("a tag that nobody closed is text", "a <b", "a <b"),
    ("a picture is what it is of", 'see <img src=x alt="a&amp;b"> <img alt=c>', "see a&b c"),
    ("declarations go", "<!DOCTYPE html><?xml version='1.0'?>a", "a"),
    ("characters by name and number", "&lt;a&gt; &eacute;&#233;&#xe9;&nbsp;.", "<a> ééé ."),
    ("no number of a character", f"a&#{'9' * 5000};b", "ab"),
]


@pytest.mark.parametrize(("why", "html", "text"), READ, ids=[row[0] for row in READ])
def test_what_is_read(why, html, text):
    assert html_text(html) == text


def test_quotes_go_where_they_are_not_wanted():
    html = "<p>Yes.</p><blockquote>Did <blockquote>he</blockquote> ask?</blockquote>Bye"
    assert html_text(html, quotes=False) == "Yes.\nBye"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"])))
def test_what_was_escaped_comes_back(text):
    assert html_text(f"<p>{escape(text)}</p>") == text


UNITS = [
    "<", "&", "<!--", "<!-", "<p ", '<a href="', "<a b='", "</", "<![CDATA[", "<?", "<!x", "<script>",
    "<p>", "</p>", "<p>x", "&#", "&#9", "<p a='>", "<img alt=", '<p "" ', "<style></styl", "<b", "-->",
    "\t", " ", "\r", "\n", "> ", ">\n", "On a wrote:\n", "On a wrote:\n>\n", "From: a\n", "-", "_",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_more_than_its_length(unit):
    text = unit * (50_000 // len(unit))
    begun = process_time()
    html_text(f"<p>{text}")
    without_quotes(text)
    assert process_time() - begun < 2
