"""How many tokens texts take, and what may take how many of them."""
