// Bookings by day and room. The days are few, and a day has so many rooms.
import { createServer } from 'node:http';

class Bookings {
  #byDay = new Map();

  add(day, room, guest) {
    if (!this.#byDay.has(day)) this.#byDay.set(day, new Map());
    const rooms = this.#byDay.get(day);
    rooms.set(`${room}/${guest}`, {
      room,
      guest,
      nights: 1 + (guest.length % 3),
      extras: ['breakfast', `note for ${guest}`],
    });
    if (rooms.size > 12) rooms.delete(rooms.keys().next().value);
    return rooms.size;
  }

  get days() {
    return this.#byDay.size;
  }
}

const bookings = new Bookings();

createServer((req, res) => {
  const [, day, room, guest] = req.url.split('/');
  const size = bookings.add(day, room, guest);
  res.writeHead(201, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ day, size, days: bookings.days }));
}).listen(process.env.PORT);
