"""Parley for programs: the REST API, the chat WebSocket, the room WebSockets.

`rest`, `sockets` and `guests` are the apps; each imports no more than it needs.
"""
