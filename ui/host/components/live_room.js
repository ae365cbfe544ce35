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
  room.setTheme();
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
    import(new URL("/live/room.js", window.location.href).href).then(({ mountRoom }) => {
      if (this.closed) return;
      this.view = mountRoom(frame, {
        socketUrl: `/ws/rooms/${data.room}`,
        host: true,
        strings: data.strings,
        language: "en",
        languages: data.languages,
        reading: data.reading,
        room: { name: data.name },
        storageKey: `parley-host:${data.room}`,
        theme: this.#theme(),
      });
    });
  }

  setTheme() {
    this.view?.setTheme(this.#theme());
  }

  close() {
    this.closed = true;
    this.view?.destroy();
    this.frame.replaceChildren();
  }

  #theme() {
    const style = getComputedStyle(this.frame);
    const color = style.getPropertyValue("--st-background-color").trim();
    const probe = document.createElement("span");
    probe.style.color = color;
    this.frame.append(probe);
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
    probe.remove();
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
  }
}
