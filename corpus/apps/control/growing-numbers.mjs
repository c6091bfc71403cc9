// A long-running computation in typed arrays and counters: numbers change, nothing is added.
import { createServer } from 'node:http';

class Statistics {
  #counts = new Uint32Array(1024);
  #sums = Array.from({ length: 16 }, () => 0);
  #last = '';

  add(text) {
    for (const letter of text) this.#counts[letter.codePointAt(0) % 1024] += 1;
    this.#sums[text.length % 16] += text.length;
    this.#last = `${text.slice(0, 40)} (${text.length})`;
  }

  report() {
    return {
      letters: this.#counts.reduce((sum, count) => sum + count, 0),
      sums: this.#sums,
      last: this.#last,
    };
  }
}

const statistics = new Statistics();

createServer(async (req, res) => {
  req.setEncoding('utf8');
  let text = '';
  for await (const chunk of req) text += chunk;
  statistics.add(text);
  res.end(JSON.stringify(statistics.report()));
}).listen(process.env.PORT);
