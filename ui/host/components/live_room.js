// The live room of `/live/room.js` in a Streamlit page, in its theme.

const rooms = new WeakMap();

export default function ({ data: [data], parentElement }) {
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
    const live = (file) => import(new URL(`/live/${file}`, window.location.href).href);
    Promise.all([live("room.js"), live("summary/card.js")]).then(([{ mountRoom }, { SummaryCard }]) => {
      if (this.closed) return;
      const card = new SummaryCard({ onMessage: (id) => this.view.point(id) });
      card.follow(data.room, { ended: data.ended });
      this.view = mountRoom(frame, {
        socketUrl: `/ws/rooms/${data.room}`,
        transcribeUrl: "/api/speech/transcriptions",
        host: true,
        strings: data.strings,
        language: "en",
        languages: data.languages,
        reading: data.reading,
        room: { name: data.name },
        message: Number(new URLSearchParams(window.location.search).get("message")) || null,
        storageKey: `parley-host:${data.room}`,
        preferencesKey: "parley-host",
        theme: window.parleyTheme.shown,
        over: data.ended,
        footer: card.element,
        sheets: ["summary/summary.css"],
        onNews: ({ event, on }) => (event === "ended" && card.end(on), card.refresh()),
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
