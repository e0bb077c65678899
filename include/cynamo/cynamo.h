/* Cynamo: DynamoDB in C. One include for a program that uses a database.
 *
 *   value.h       bytes, items, attribute values        item.h        builders and readers of items
 *   error.h       errors as values                      db.h          opening a database by its URL
 *   operations.h  DynamoDB's operations as structs      calls.h       one function for each operation
 *   result.h      what a call returns, JSON calls       server.h      a DynamoDB server inside the process
 *   client.h      submitted calls, paginators, waiters, whole batches
 *   model.h       the object mapper: structs as items      exception.h  what kind an error is
 *   signal.h      told before and after every call      migration.h  steps over all items of a table
 *   settings.h    the default configuration
 *   store.h       checking, copying and compacting what is on disk */
#ifndef CYNAMO_CYNAMO_H
#define CYNAMO_CYNAMO_H

#include <cynamo/calls.h>
#include <cynamo/client.h>
#include <cynamo/db.h>
#include <cynamo/error.h>
#include <cynamo/exception.h>
#include <cynamo/item.h>
#include <cynamo/migration.h>
#include <cynamo/model.h>
#include <cynamo/operations.h>
#include <cynamo/result.h>
#include <cynamo/server.h>
#include <cynamo/settings.h>
#include <cynamo/signal.h>
#include <cynamo/store.h>
#include <cynamo/value.h>

#endif
