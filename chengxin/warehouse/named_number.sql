/*
title:    大宗数据中的号码
title_en: Numbers that large tables name
grain:    [number]
reads:    [invoice_abnormal, invoice, market_registration, social_insurance, electricity_bill, market_change, equity_transfer, property_transfer, customs_declaration, bank_account, large_transaction, market_shareholder, market_officer, social_insurance_payment]
why: |
  Invoices, wages, bills and the market register name enterprises by the million, and seldom one
  that was not named before.  Which numbers they name is worked out when one of them changes, not
  whenever any fact comes.
*/
WITH named AS (
    SELECT seller_id AS number FROM invoice_abnormal
    UNION
    SELECT buyer_id AS number FROM invoice_abnormal
    UNION
    SELECT seller_id AS number FROM invoice
    UNION
    SELECT buyer_id AS number FROM invoice
    UNION
    SELECT credit_code AS number FROM market_registration
    UNION
    SELECT employer_id AS number FROM social_insurance
    UNION
    SELECT consumer_id AS number FROM electricity_bill
    UNION
    SELECT credit_code AS number FROM market_change
    UNION
    SELECT credit_code AS number FROM equity_transfer
    UNION
    SELECT transferor_taxpayer_id AS number FROM equity_transfer
    UNION
    SELECT seller_id AS number FROM property_transfer
    UNION
    SELECT trader_id AS number FROM customs_declaration
    UNION
    SELECT holder_id AS number FROM bank_account
    UNION
    SELECT holder_id AS number FROM large_transaction
    UNION
    SELECT counterpart AS number FROM large_transaction WHERE counterpart_kind = 'enterprise'
    UNION
    SELECT credit_code AS number FROM market_shareholder
    UNION
    SELECT shareholder_code AS number FROM market_shareholder
    UNION
    SELECT credit_code AS number FROM market_officer
    UNION
    SELECT employer_id AS number FROM social_insurance_payment
)
SELECT number
FROM named
WHERE number <> ''
