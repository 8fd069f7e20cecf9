"""What stands in the hall: card reader, camera and face engine, and the agent that speaks for them.

    card ─▶ card_reader ─▶ agent ══ dials out ══▶ server ─▶ kiosk, window
    live picture, card or enrolled picture ─▶ face_worker ─▶ face ─▶ accept | staff | advice

The simulators are real code: tests, the demo and the training hall use them.
"""

VERSION = "1"  # of what the agent can do; told to the server in its hello
