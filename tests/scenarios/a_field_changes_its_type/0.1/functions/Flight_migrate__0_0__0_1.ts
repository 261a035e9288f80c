export default function migrate(event: any) {
  const delay = Number(event.delay);
  return { ...event, delay: Number.isNaN(delay) ? null : delay };
}
