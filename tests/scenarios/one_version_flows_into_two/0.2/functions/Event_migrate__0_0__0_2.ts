export default function migrate(event: any) {
  const { activity, ...rest } = event;
  return { ...rest, kind: activity };
}
