"""The person and enterprise data warehouse 个人数据仓: who is who, then one SELECT per table."""
