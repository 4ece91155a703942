"""How reliable supply was, in figures that name their formula."""
