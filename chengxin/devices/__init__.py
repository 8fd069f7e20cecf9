"""What stands in the hall: card reader, camera, face engine, ticket printer, and the agent that
speaks for them.

    card ─▶ card_reader ─▶ agent ══ dials out ══▶ server ─▶ kiosk, window
                 paper ◀─ printing ◀─┘
    live picture, card or enrolled picture ─▶ face_worker ─▶ face ─▶ accept | staff | advice

The simulators are real code: tests, the demo and the training hall use them.
"""

VERSION = "2"  # of what the agent can do; told to the server in its hello
