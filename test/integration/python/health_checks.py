"""Teaches ministack's CloudFormation the type AWS::Route53::HealthCheck, which 1.5.33 lacks although its Route 53 has
health checks: a template's check becomes one of those."""

import uuid

from ministack.services import route53
from ministack.services.cloudformation import provisioners


def teach_health_checks() -> None:
    if "AWS::Route53::HealthCheck" in provisioners._RESOURCE_HANDLERS:
        raise SystemExit("ministack knows AWS::Route53::HealthCheck by now: remove health_checks.py")
    provisioners._RESOURCE_HANDLERS["AWS::Route53::HealthCheck"] = {"create": create, "delete": delete}


def create(logical_id: str, properties: dict, stack_name: str):
    identifier = str(uuid.uuid4())
    reference = f"{stack_name}-{logical_id}-{identifier}"
    with route53._lock:
        route53._health_checks[identifier] = {
            "id": identifier,
            "caller_reference": reference,
            "config": properties["HealthCheckConfig"],
            "version": 1,
        }
        route53._hc_caller_refs[reference] = identifier
    return identifier, {"HealthCheckId": identifier}


def delete(identifier: str, properties: dict) -> None:
    with route53._lock:
        check = route53._health_checks.pop(identifier, None)
        if check is not None:
            route53._hc_caller_refs.pop(check["caller_reference"], None)
