// What is in whose basket, for the hundred who came last.
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
    const [oldest] = baskets.keys();
    if (oldest !== undefined && baskets.size > 100) baskets.delete(oldest);
  }
  return basket;
}
