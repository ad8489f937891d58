import { Opened } from "./opened.ts";

const closed: string[] = [];
beforeEach(() => {
  closed.length = 0;
});

function thing(name: string, failure?: Error) {
  return {
    async close() {
      closed.push(name);
      if (failure !== undefined) throw failure;
    },
  };
}

it("closes the last first, and all of it although one fails", async () => {
  const opened = new Opened();
  await opened.add(thing("first"));
  opened.later(() => closed.push("environment"));
  await opened.add(thing("second", new Error("it would not close")));
  await opened.add(Promise.resolve(thing("third")));

  await expect(opened.close()).rejects.toThrow("it would not close");
  expect(closed).toEqual(["third", "second", "environment", "first"]);
});

it("closes what was still being opened when the test was over", async () => {
  const opened = new Opened();
  const late = Promise.withResolvers<ReturnType<typeof thing>>();
  const adding = opened.add(late.promise);
  const closing = opened.close();
  late.resolve(thing("late"));

  await expect(adding).rejects.toThrow("already over");
  await closing;
  expect(closed).toEqual(["late"]);
});

it("has nothing to close of what could not be opened", async () => {
  const opened = new Opened();
  await expect(opened.add(Promise.reject(new Error("no port")))).rejects.toThrow("no port");
  await opened.close();
  expect(closed).toEqual([]);
});
