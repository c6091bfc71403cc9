// What is in whose basket.
interface Basket {
  customer: string;
  articles: string[];
  since: Date;
}

const baskets = new Map<string, Basket>();

export function basketOf(customer: string): Basket {
  let basket = baskets.get(customer);
  if (!basket) {
    basket = { customer, articles: [], since: new Date() };
    baskets.set(customer, basket);
  }
  return basket;
}
