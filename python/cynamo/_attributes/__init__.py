"""The classes of `cynamo.attributes`, by kind; programs import them from there."""
