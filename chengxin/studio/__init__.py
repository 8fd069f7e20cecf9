"""指标定制: officers write indicators, try them, have them checked, and put them in force."""
