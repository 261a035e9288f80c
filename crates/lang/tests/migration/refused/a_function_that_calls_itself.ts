function half(n) {
  return n > 1 ? half(n / 2) : n;
}

export default (event) => ({ ...event, number: half(event.number) });
