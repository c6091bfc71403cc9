// Request metrics with a fixed set of labels; the numbers grow, the series do not.
const express = require('express');

class Histogram {
  constructor(buckets) {
    this.buckets = buckets;
    this.series = new Map();
  }

  observe(labels, value) {
    const key = Object.values(labels).join('|');
    if (!this.series.has(key))
      this.series.set(key, { labels, counts: this.buckets.map(() => 0), sum: 0, count: 0 });
    const series = this.series.get(key);
    series.sum += value;
    series.count += 1;
    this.buckets.forEach((bound, k) => {
      if (value <= bound) series.counts[k] += 1;
    });
  }
}

const durations = new Histogram([0.1, 0.5, 1, 5, 10]);
const app = express();

app.use((req, res, next) => {
  const started = performance.now();
  res.on('finish', () => {
    const route = req.route ? req.route.path : 'none';
    durations.observe({ method: req.method, route, status: res.statusCode }, performance.now() - started);
  });
  next();
});
app.get('/items/:id', (req, res) => res.json({ id: req.params.id }));
app.get('/broken', (req, res) => res.sendStatus(404));
app.get('/metrics', (req, res) => res.json([...durations.series.values()]));

app.listen(process.env.PORT);
