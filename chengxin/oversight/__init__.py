"""内控: what the traces say of the bureau's own work.

traces ──asked──▶ lines ──▶ page, workbook
   ├──────looks──▶ who looked at whom without a visit or a case
   └────figures──▶ what each officer did, refused, looked at
"""
