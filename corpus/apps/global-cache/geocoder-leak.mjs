// Geocoding as an ES module: results stay in a module variable.
import { createServer } from 'node:http';

const results = new Map();

class Place {
  constructor(query) {
    this.query = query;
    this.position = { latitude: (query.length * 7.31) % 90, longitude: (query.length * 3.17) % 180 };
    this.labels = ['street', 'city', 'country'].map((part) => `${part} of ${query}`);
  }
}

async function geocode(query) {
  const known = results.get(query);
  if (known) return known;
  await null;
  const place = new Place(query);
  results.set(query, place);
  return place;
}

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, 'http://geo');
  const place = await geocode(searchParams.get('q') ?? '');
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(place));
});

server.listen(process.env.PORT);
