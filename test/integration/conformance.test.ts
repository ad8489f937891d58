import { concurrentCases } from "./conformance/cases/concurrent.ts";
import { dataCases } from "./conformance/cases/data.ts";
import { errorCases } from "./conformance/cases/errors.ts";
import { flowCases } from "./conformance/cases/flow.ts";
import { conformanceTests } from "./conformance/suite.ts";
import { describeWithServers } from "./environment.ts";

describeWithServers("The simulator's interpreter does what moto's does", () => {
  conformanceTests([...flowCases, ...dataCases, ...errorCases, ...concurrentCases]);
});
