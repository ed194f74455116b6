"""The looks that the trials of the access table take at each page would find what they look for."""

from tests.access.looks import latin_words


def test_a_latin_word_is_found_in_text_and_titles_and_codes_are_none() -> None:
    page = '<p title="Cover">保障 <b>Claims</b> PA2026-140524-000001</p>'
    assert latin_words(page, set()) == {"Cover", "Claims"}
