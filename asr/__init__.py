"""Sound to transcript: decode, find speech, pack windows, Whisper, words on the call's clock, roles, clean text."""
