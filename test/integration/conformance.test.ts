import { concurrentCases } from "./conformance/cases/concurrent.ts";
import { dataCases } from "./conformance/cases/data.ts";
import { errorCases } from "./conformance/cases/errors.ts";
import { failoverCases } from "./conformance/cases/failover.ts";
import { flowCases } from "./conformance/cases/flow.ts";
import { differences } from "./conformance/differences.ts";
import { conformanceTests } from "./conformance/suite.ts";
import { describeWithServers } from "./environment.ts";

const small = [...flowCases, ...dataCases, ...errorCases, ...concurrentCases];

describeWithServers("The simulator's interpreter does what moto's does", () => {
  conformanceTests(small);
});

it("Every case has a title of its own, and every known difference is one of a case", () => {
  const titles = [...small, ...failoverCases].map(({ title }) => title);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  expect(Object.keys(differences).filter((title) => !titles.includes(title))).toEqual([]);
});
