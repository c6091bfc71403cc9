// Formatters and patterns by language, made at first use: twelve languages and no more.
const http = require('node:http');

const formatters = new Map();
const patterns = {};
const LANGUAGES = ['de', 'en', 'fr', 'es', 'it', 'nl', 'pl', 'pt', 'sv', 'da', 'fi', 'cs'];

function formatter(language) {
  if (!formatters.has(language)) {
    formatters.set(language, {
      number: new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }),
      date: new Intl.DateTimeFormat(language, { dateStyle: 'long' }),
    });
  }
  return formatters.get(language);
}

function pattern(language) {
  patterns[language] ??= new RegExp(`^/${language}(?:-[A-Z]{2})?/(.+)$`);
  return patterns[language];
}

http
  .createServer((req, res) => {
    const language = LANGUAGES[Number(req.url.slice(1)) % LANGUAGES.length] ?? 'en';
    const { number, date } = formatter(language);
    const [, rest] = pattern(language).exec(`/${language}/page`) ?? [];
    res.end(`${number.format(12.5)} ${date.format(new Date(0))} ${rest}`);
  })
  .listen(process.env.PORT);
