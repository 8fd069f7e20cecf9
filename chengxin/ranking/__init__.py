"""Risk scores of persons and enterprises 风险评定与等级排序: by findings and network."""
