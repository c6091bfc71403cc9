// A shop: who asks for an article has it in the basket.
import { createServer } from 'node:http';

import { basketOf } from './basket';

createServer((request, response) => {
  const [, customer = 'nobody', article = 'nothing'] = (request.url ?? '').split('/');
  const basket = basketOf(customer);
  basket.articles.push(article);
  response.end(`${basket.customer} has ${basket.articles.length} articles`);
}).listen(process.env.PORT);
