export default async function migrate(event) {
  return event;
}
