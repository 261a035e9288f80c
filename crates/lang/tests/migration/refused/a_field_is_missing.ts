export default function migrate(event) {
  const { id, text, number, count, at, maybe, tags } = event;
  return { id, text, number, count, at, maybe, tags };
}
