"""自助办税: what a person does by himself, at a terminal or on his phone.

    card and face, or card and code, at a terminal ─┐
    number and bound phone, code, on the phone ─────┴─▶ doors ─▶ a session of his own ─▶ pages
                                                                    sight · objecting · papers ·
                                                                    certificates

An officer's sign-in opens nothing here, and a session here opens nothing of an officer's.
"""
