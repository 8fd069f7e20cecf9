"""风险全景: findings as pictures, each number of which opens its list."""
