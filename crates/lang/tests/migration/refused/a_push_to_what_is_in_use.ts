export default function migrate(event) {
  const tags = [];
  const same = tags;
  tags.push("new");
  return { ...event, tags: same };
}
