export default function migrate(event) {
  let count = 0;
  const tags = event.tags.map((tag) => {
    count += 1;
    return tag;
  });
  return { ...event, tags, number: count };
}
