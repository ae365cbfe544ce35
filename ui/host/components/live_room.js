// The live room of `/live/room.js` in a Streamlit page, in its theme.

const rooms = new WeakMap();

export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector(".frame");
  let room = rooms.get(parentElement);
  if (room?.id !== data.room) {
    room?.close();
    room = new Room(frame, data);
    rooms.set(parentElement, room);
  }
  return () => {
    rooms.get(parentElement)?.close();
    rooms.delete(parentElement);
  };
}

class Room {
  constructor(frame, data) {
    this.id = data.room;
    this.frame = frame;
    this.closed = false;
    this.unwatch = window.parleyTheme.watch(() => this.view?.setTheme(window.parleyTheme.shown));
    import(new URL("/live/room.js", window.location.href).href).then(({ mountRoom }) => {
      if (this.closed) return;
      this.view = mountRoom(frame, {
        socketUrl: `/ws/rooms/${data.room}`,
        transcribeUrl: "/api/speech/transcriptions",
        host: true,
        strings: data.strings,
        language: "en",
        languages: data.languages,
        reading: data.reading,
        message: data.message,
        room: { name: data.name },
        storageKey: `parley-host:${data.room}`,
        preferencesKey: "parley-host",
        theme: window.parleyTheme.shown,
      });
    });
  }

  close() {
    this.closed = true;
    this.unwatch();
    this.view?.destroy();
    this.frame.replaceChildren();
  }
}
